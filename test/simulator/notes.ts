/** What the supervisor has heard of one worker, and what it did to it: times in milliseconds, `NaN` is never. */
export class Notes {
  readonly spawnAt: number;
  helloAt: number = Number.NaN;
  readyAt: number = Number.NaN;
  /** The last word that proves it alive: ready, or a heartbeat since. */
  talkedAt: number = Number.NaN;
  /** When its silence was told, if it has not spoken since. */
  silentAt: number = Number.NaN;
  goodbyeAt: number = Number.NaN;
  disconnectedAt: number = Number.NaN;
  violatedAt: number = Number.NaN;
  drainAt: number = Number.NaN;
  stopAt: number = Number.NaN;
  termAt: number = Number.NaN;
  killAt: number = Number.NaN;
  /** It has spoken again, and that has not been told yet. */
  hasRecovered = false;
  acks = 0;
  /** It has said goodbye, and has the time of a drain. */
  drains = false;
  /** Its group was bounced, or reloaded hard: nothing may start before it is gone. */
  mustGo = false;

  constructor(spawnAt: number) {
    this.spawnAt = spawnAt;
  }

  /** It spoke: its silence is over, which is to be told if it had been. */
  spoke(): void {
    this.hasRecovered = this.silentAt >= 0;
    this.silentAt = Number.NaN;
  }

  /** Its goodbye. Once it was told to stop it is too late for a drain, and a drain is not given twice. */
  part(drains: boolean, now: number): void {
    this.goodbyeAt = now;
    this.drains = drains && !(this.stopAt >= 0);
    if (this.drains && !(this.drainAt >= 0)) this.drainAt = now;
  }
}
