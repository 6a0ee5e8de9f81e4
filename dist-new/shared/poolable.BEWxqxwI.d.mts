import { S as SlotState } from './poolable.DTEH-sDC.mjs';

/**
 * What a worker says of itself: one record of 256 bytes, 32 numbers of 8 bytes. Times are milliseconds as `Date.now()`
 * has them, sizes are bytes, counts are since the worker started.
 */
interface WorkerState {
    readonly pid: number;
    readonly epoch: number;
    readonly generation: number;
    /** As the worker sees it. */
    readonly state: SlotState;
    readonly startedAt: number;
    /** When it last wrote; a worker whose loop goes round writes at least once a second. */
    readonly updatedAt: number;
    readonly rss: number;
    readonly heapUsed: number;
    readonly connectionsAccepted: number;
    /** Ended as they should. */
    readonly connectionsProcessed: number;
    readonly connectionsRunning: number;
    readonly connectionsFailed: number;
    /** Turned away. */
    readonly connectionsRejected: number;
    readonly requests: number;
    readonly jobsAccepted: number;
    readonly jobsProcessed: number;
    readonly jobsRunning: number;
    /** Accepted and not begun. */
    readonly jobsWaiting: number;
    readonly jobsFailed: number;
    readonly jobsRejected: number;
    /** What its running jobs weigh, of its capacity. */
    readonly weight: number;
    readonly capacity: number;
    /** The part of its time that the event loop was busy, of late; 0 to 1. */
    readonly utilisation: number;
    /** The cores that its process kept busy of late, all of its threads: 1 is one core. */
    readonly cpu: number;
    /** How late the event loop was, of late: the longest, in milliseconds. */
    readonly delayMs: number;
    /** Since when it runs something that may not let the event loop go round; 0 when it does not. */
    readonly hoggingSince: number;
}

export type { WorkerState as W };
