/** A critical error ended the pool: a worker said goodbye `fatal`, a group cannot start, a limit was passed. */
export const EXIT_CRITICAL = 1;
/** A mistake of the user: a wrong config, an entry that cannot be loaded. */
export const EXIT_USAGE = 2;
/**
 * No worker was ready for `giveUp`, or every slot has failed. EX_TEMPFAIL of sysexits.h: "try again later", which
 * systemd and Kubernetes do.
 */
export const EXIT_ALL_FAILED = 75;
