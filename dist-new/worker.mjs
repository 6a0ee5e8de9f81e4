export { J as JobError, j as jobErrorCodes } from './shared/poolable.DghgEwJh.mjs';

function defineWorker(definition) {
  return definition;
}

export { defineWorker };
