const jobErrorCodes = {
  JOB_FAILED: "the job threw or rejected; `cause` is its error, with the remote stack",
  QUEUE_TIMEOUT: "no worker began it within `queueTimeout`",
  RUN_TIMEOUT: "it ran longer than `timeout`, or than the group's `timeLimit`",
  ABORTED: "the caller's `signal` aborted",
  WORKER_LOST: "its worker ended while it had the job, and nothing says that it may run twice",
  QUARANTINED: "it was lost with too many workers: three that it may have ended, or ten in all",
  POOL_STOPPING: "the pool stops, and takes no more jobs",
  NO_WORKER: "no worker is free, and the caller would not wait; or none can ever start",
  QUEUE_FULL: "too much waits for this group already",
  VALUE_UNSENDABLE: "a value that cannot cross to another process: a function, a symbol, a cycle",
  VALUE_TOO_LARGE: "a value over the limit of the group",
  UNKNOWN_GROUP: "no group has this name, or it runs no jobs",
  UNKNOWN_JOB: "the group's workers have no job of this name",
  CALL_FORBIDDEN: "the config's `calls` does not let this group call that one",
  BAD_OPTION: "an option of the call is not accepted"
};
class JobError extends Error {
  name = "JobError";
  code;
  constructor(code, message, options) {
    super(message, options);
    this.code = code;
  }
}
function isJobErrorCode(code) {
  return typeof code === "string" && Object.hasOwn(jobErrorCodes, code);
}

export { JobError as J, isJobErrorCode as i, jobErrorCodes as j };
