/** A line of a panel: points of time (seconds) and value, in the order of time. */
export interface Line {
  readonly name: string;
  readonly colour: string;
  readonly points: readonly (readonly [seconds: number, value: number])[];
  /** A value holds until the next. */
  readonly isStepped?: boolean;
}

/** Lines that share their axes. */
export interface Panel {
  readonly title: string;
  readonly lines: readonly Line[];
}

const WIDTH = 860;
const HEIGHT = 150;
const LEFT = 60;
const TOP = 34;
const GAP = 56;

/** An SVG with panels below each other, all over the same `seconds`. */
export function plot(title: string, seconds: number, panels: readonly Panel[]): string {
  const x = (at: number): number => LEFT + (at / seconds) * (WIDTH - LEFT - 20);
  const height = 30 + panels.length * (TOP + HEIGHT) + GAP;
  const body = panels.map((panel, index) => draw(panel, x, seconds, 30 + index * (TOP + HEIGHT) + TOP));
  const bottom = 30 + panels.length * (TOP + HEIGHT);
  const ticks = marks(seconds).map((at) => text(x(at), bottom + 18, `${at} s`, "middle"));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height - GAP + 30}" font-family="sans-serif" font-size="12">`,
    `<rect width="100%" height="100%" fill="white"/>`,
    text(LEFT, 20, title, "start", 'font-weight="bold"'),
    ...body,
    ...ticks,
    "</svg>\n",
  ].join("\n");
}

function draw({ title, lines }: Panel, x: (at: number) => number, seconds: number, top: number): string {
  const most = Math.max(1, ...lines.flatMap(({ points }) => points.map(([, value]) => value)));
  const values = marks(most * 1.05);
  const y = (value: number): number => top + HEIGHT * (1 - value / (most * 1.05));
  const grid = values.flatMap((value) => [
    `<path d="M${LEFT} ${round(y(value))}H${WIDTH - 20}" stroke="#ddd"/>`,
    text(LEFT - 8, y(value) + 4, String(value), "end"),
  ]);
  const upright = marks(seconds).map(
    (at) => `<path d="M${round(x(at))} ${top}V${top + HEIGHT}" stroke="#eee"/>`,
  );
  let at = LEFT + 8 + title.length * 7;
  const legend = lines.map(({ name, colour }) => {
    const said = text(at, top - 8, `— ${name}`, "start", `fill="${colour}"`);
    at += (name.length + 4) * 7;
    return said;
  });
  return [
    ...upright,
    ...grid,
    text(LEFT, top - 8, title, "start"),
    ...legend,
    ...lines.map((line) => path(line, x, y)),
  ].join("\n");
}

function path(
  { points, colour, isStepped }: Line,
  x: (at: number) => number,
  y: (value: number) => number,
): string {
  const steps = points.map(([at, value], index) => {
    const [px, py] = [round(x(at)), round(y(value))];
    if (index === 0) return `M${px} ${py}`;
    return isStepped ? `H${px}V${py}` : `L${px} ${py}`;
  });
  return `<path d="${steps.join("")}" fill="none" stroke="${colour}" stroke-width="1.5"/>`;
}

function text(x: number, y: number, said: string, anchor: string, more = ""): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" ${more}>${said}</text>`;
}

/** Round numbers from 0, four to eight of them. */
function marks(most: number): number[] {
  const rough = most / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((each) => each * power >= rough) ?? 10);
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, index) => Number((index * step).toFixed(3)));
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
