import { P as PoolError } from './poolable.DdW9wZ4H.mjs';

function refuse(key, value, accepts) {
  throw new PoolError("E_CONFIG", `${plain(key)}: ${show(value)} is not accepted; expected ${accepts}`);
}
function checkObject(path, value, rules) {
  if (!isRecord(value)) refuse(path || "config", value, "an object");
  for (const key of Object.keys(value)) {
    const full = path ? `${path}.${key}` : key;
    const rule = Object.hasOwn(rules, key) ? rules[key] : void 0;
    if (!rule) {
      const near = nearest(key, Object.keys(rules));
      const hint = near ? `did you mean ${near}?` : `known keys are ${Object.keys(rules).join(", ")}`;
      throw new PoolError("E_CONFIG", `${plain(full)}: unknown key; ${hint}`);
    }
    if (value[key] !== void 0 && !rule.is(value[key])) refuse(full, value[key], rule.accepts);
  }
}
function isRecord(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
function nearest(word, known) {
  let best;
  let least = 3;
  for (const candidate of known) {
    const far = distance(word.toLowerCase(), candidate.toLowerCase());
    if (far < least) [best, least] = [candidate, far];
  }
  return best;
}
function distance(a, b) {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}
function plain(key) {
  return key.replace(/\p{Cc}/gu, "?");
}
function show(value) {
  if (typeof value === "function") return "a function";
  if (typeof value === "number") return String(value);
  try {
    const text = JSON.stringify(value) ?? String(value);
    return text.length > 60 ? `${text.slice(0, 57)}\u2026` : text;
  } catch {
    return typeof value;
  }
}

export { checkObject as c, isRecord as i, nearest as n, refuse as r };
