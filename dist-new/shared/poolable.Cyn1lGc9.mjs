const UNITS = { ms: 1, s: 1e3, m: 6e4, h: 36e5 };
function parseDuration(value) {
  if (typeof value === "number") return Number.isFinite(value) && value >= 0 ? value : void 0;
  if (typeof value !== "string" || value.length > 20) return void 0;
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(value.trim());
  return match ? Number(match[1]) * UNITS[match[2]] : void 0;
}
function formatDuration(ms) {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59950) return `${Number((ms / 1e3).toFixed(1))} s`;
  if (ms < 6e4) return "1 min 00 s";
  const minutes = Math.floor(ms / 6e4);
  if (minutes < 60) return `${minutes} min ${String(Math.floor(ms % 6e4 / 1e3)).padStart(2, "0")} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`;
}

const DEFAULT_TERMS = {
  maxBytes: 16 * 1024 * 1024,
  maxQueued: 1e4,
  maxQueuedBytes: 64 * 1024 * 1024,
  pick: "leastJobs",
  abortGrace: 5e3
};
function peerKey({ slot, epoch }) {
  return `${slot}:${epoch}`;
}

export { DEFAULT_TERMS as D, parseDuration as a, formatDuration as f, peerKey as p };
