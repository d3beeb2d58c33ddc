// Numbers in few digits, for sentences and labels.

const DIGITS = 3;

/** Three significant digits with a real minus sign: "0.93", "−12.5". */
export function worded(value) {
  return String(Number(value.toPrecision(DIGITS)) || 0).replaceAll("-", "−");
}

/** The same with a sign in front, unless it is zero: "+0.41". */
export function signedNumber(value) {
  const words = worded(value);
  return value > 0 && words !== "0" ? `+${words}` : words;
}
