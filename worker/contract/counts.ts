/** Connections and requests of this process's servers, for the scoreboard. */
export const counts = {
  connectionsAccepted: 0,
  connectionsProcessed: 0,
  connectionsRunning: 0,
  connectionsFailed: 0,
  connectionsRejected: 0,
  requests: 0,
};
