/** An exact number in lowest terms; the denominator is above zero. */
export interface Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** Why a calculation has no number for an answer. */
export type NoNumber = 'division_by_zero' | 'too_long' | 'not_real';

export class NoNumberError extends Error {
  readonly reason: NoNumber;

  constructor(reason: NoNumber) {
    super(reason);
    this.reason = reason;
  }
}

/** @param text digits with at most one point, no sign */
export function parseDecimal(text: string): Fraction {
  const [whole = '', decimals = ''] = text.split('.');
  return fraction(BigInt(whole + decimals), 10n ** BigInt(decimals.length));
}

export function negate({ numerator, denominator }: Fraction): Fraction {
  return { numerator: -numerator, denominator };
}

export function add(a: Fraction, b: Fraction): Fraction {
  return fraction(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator);
}

export function multiply(a: Fraction, b: Fraction): Fraction {
  return fraction(a.numerator * b.numerator, a.denominator * b.denominator);
}

export function divide(a: Fraction, b: Fraction): Fraction {
  return fraction(a.numerator * b.denominator, a.denominator * b.numerator);
}

/** What is left of a division, with the sign of `a`, as JavaScript and C have it. */
export function remainder(a: Fraction, b: Fraction): Fraction {
  const quotient = divide(a, b);
  const whole = fraction(quotient.numerator / quotient.denominator, 1n);
  return add(a, negate(multiply(whole, b)));
}

/** Exact where the exponent is a whole number, to 15 digits otherwise. */
export function power(base: Fraction, exponent: Fraction): Fraction {
  if (exponent.numerator < 0n) return power(divide(ONE, base), negate(exponent));
  if (exponent.denominator !== 1n) return fromNumber(toNumber(base) ** toNumber(exponent));
  const { numerator, denominator } = base;
  const times = exponent.numerator;
  const longest = Math.max(bitLength(numerator), bitLength(denominator));
  if (BigInt(longest - 1) * times > MAX_BITS) throw new NoNumberError('too_long');
  // The powers of 0, 1 and -1 depend only on whether the exponent is 0, odd or even.
  const short = longest > 1 || times === 0n ? times : 2n - (times % 2n);
  return fraction(numerator ** short, denominator ** short);
}

/** In decimals: exactly where 20 of them suffice, otherwise rounded to 12 digits, but never before the point. */
export function formatFraction({ numerator, denominator }: Fraction): string {
  const sign = numerator < 0n ? '-' : '';
  const size = numerator < 0n ? -numerator : numerator;
  const scale = 10n ** EXACT_DECIMALS;
  if ((size * scale) % denominator === 0n) {
    return sign + withPoint((size * scale) / denominator, Number(EXACT_DECIMALS));
  }
  const whole = size / denominator;
  const leadingZeros = whole === 0n ? digits(denominator / size) - 1 : -digits(whole);
  const decimals = Math.max(0, ROUNDED_DIGITS + leadingZeros);
  const rounded = (2n * size * 10n ** BigInt(decimals) + denominator) / (2n * denominator);
  return sign + withPoint(rounded, decimals);
}

/** About 1,200 decimal digits: more is no use to a reader, and would take long to compute. */
const MAX_BITS = 4096;
const EXACT_DECIMALS = 20n;
const ROUNDED_DIGITS = 12;
const ONE: Fraction = { numerator: 1n, denominator: 1n };

function fraction(numerator: bigint, denominator: bigint): Fraction {
  if (denominator === 0n) throw new NoNumberError('division_by_zero');
  let [divisor, rest] = [numerator, denominator];
  while (rest !== 0n) [divisor, rest] = [rest, divisor % rest];
  if (divisor < 0n !== denominator < 0n) divisor = -divisor;
  const reduced = { numerator: numerator / divisor, denominator: denominator / divisor };
  if (Math.max(bitLength(reduced.numerator), bitLength(reduced.denominator)) > MAX_BITS) {
    throw new NoNumberError('too_long');
  }
  return reduced;
}

function fromNumber(value: number): Fraction {
  if (Number.isNaN(value)) throw new NoNumberError('not_real');
  if (!Number.isFinite(value)) throw new NoNumberError('too_long');
  const [mantissa = '', exponent = '0'] = Math.abs(value).toExponential(14).split('e');
  const size = multiply(parseDecimal(mantissa), power(parseDecimal('10'), fraction(BigInt(exponent), 1n)));
  return value < 0 ? negate(size) : size;
}

function toNumber({ numerator, denominator }: Fraction): number {
  const [a, b] = [Number(numerator), Number(denominator)];
  if (!Number.isFinite(a) || !Number.isFinite(b)) throw new NoNumberError('too_long');
  return a / b;
}

function bitLength(value: bigint): number {
  return value.toString(2).replace('-', '').length;
}

function digits(value: bigint): number {
  return value.toString().length;
}

function withPoint(scaled: bigint, decimals: number): string {
  const text = scaled.toString().padStart(decimals + 1, '0');
  const cut = text.length - decimals;
  const fractional = text.slice(cut).replace(/0+$/, '');
  return fractional === '' ? text.slice(0, cut) : `${text.slice(0, cut)}.${fractional}`;
}
