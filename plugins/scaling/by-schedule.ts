import { refuse } from "../../core/config/check.ts";
import type { ScalingStrategy } from "./strategy.ts";

/** A time of the day, and how many workers a group has at least then. */
export interface ScheduleEntry {
  /** `'08:00'`, in the supervisor's time zone. */
  from: string;
  /** Not itself; earlier than `from` it is that of the next day. */
  to: string;
  /** 0 is Sunday; every day when it is left out. */
  days?: readonly number[];
  workers: number;
}

const MINUTES_A_DAY = 24 * 60;

/** So many workers at these times. Where entries meet, the most. At other times it has no opinion. */
export function bySchedule(entries: readonly ScheduleEntry[]): ScalingStrategy {
  const parsed = entries.map((entry, index) => parse(entry, `bySchedule: entry ${index}`));
  return {
    name: "bySchedule",
    create: () => (view) => {
      const now = new Date(view.wallNow);
      const minute = now.getHours() * 60 + now.getMinutes();
      const day = now.getDay();
      const wanted = parsed.filter((entry) => isNow(entry, day, minute)).map(({ workers }) => workers);
      // Where the schedule is all there is, the rest of the day has the least.
      return wanted.length > 0 ? Math.max(...wanted) : view.min;
    },
  };
}

interface Parsed {
  readonly from: number;
  readonly to: number;
  readonly days: readonly number[];
  readonly workers: number;
}

function isNow({ from, to, days }: Parsed, day: number, minute: number): boolean {
  const has = (each: number): boolean => days.includes(each);
  if (from < to) return has(day) && minute >= from && minute < to;
  // Over midnight: what began yesterday is still that day's.
  return (has(day) && minute >= from) || (has((day + 6) % 7) && minute < to);
}

function parse({ from, to, days = [0, 1, 2, 3, 4, 5, 6], workers }: ScheduleEntry, where: string): Parsed {
  const minutes = (key: "from" | "to", text: unknown): number => {
    const [, hour = "", minute = ""] = /^([01]\d|2[0-3]|24):([0-5]\d)$/.exec(String(text)) ?? [];
    const total = hour === "" ? Infinity : Number(hour) * 60 + Number(minute);
    return total <= MINUTES_A_DAY ? total : refuse(`${where}.${key}`, text, "a time such as '08:00'");
  };
  if (!Array.isArray(days) || !days.every((day) => Number.isInteger(day) && day >= 0 && day <= 6))
    refuse(`${where}.days`, days, "a list of days, 0 (Sunday) to 6");
  if (!Number.isInteger(workers) || workers < 0) refuse(`${where}.workers`, workers, "a whole number");
  return { from: minutes("from", from), to: minutes("to", to), days, workers };
}
