import { ChainError } from '../errors.js';
import { cleanControls } from '../safety/clean.js';

/** The flags of which each value, and each number, is a run of its own. */
export interface VariantFlags {
  readonly model?: readonly string[];
  readonly temperature?: readonly number[];
  /** How often everything else is run. */
  readonly runs?: number;
}

/** One of the ways in which a command runs a template. */
export interface Variant {
  /** As `--model` has it, where it was given. */
  readonly model?: string;
  /** As `--temperature` has it, where it was given. */
  readonly temperature?: number;
  /** Among runs that are otherwise the same: from 1. */
  readonly number: number;
}

/** They all run at once. */
const MOST_VARIANTS = 100;

/**
 * Every model with every temperature, so many times: all runs of the first model come before those of the second, and
 * so with temperatures. A value that is given twice counts once.
 * @throws ChainError `invalid_argument` for more than can run at once
 */
export function variantsOf({ model, temperature, runs = 1 }: VariantFlags): readonly Variant[] {
  const models = model === undefined ? [{}] : [...new Set(model)].map((name) => ({ model: name }));
  const temperatures =
    temperature === undefined ? [{}] : [...new Set(temperature)].map((value) => ({ temperature: value }));
  const count = models.length * temperatures.length * runs;
  if (count > MOST_VARIANTS) {
    throw new ChainError('invalid_argument', `${count} runs at once: ${MOST_VARIANTS} is the most`, {
      hint: 'Name fewer of --model and --temperature, or a smaller --runs.',
    });
  }
  return models.flatMap((named) =>
    temperatures.flatMap((heated) =>
      Array.from({ length: runs }, (_, index) => ({ ...named, ...heated, number: index + 1 })),
    ),
  );
}

/** What tells a variant from the others, as one line: the model always, the rest where it differs. */
export function labelOf(model: string, variant: Variant, all: readonly Variant[]): string {
  const differs = (field: keyof Variant) => all.some((other) => other[field] !== variant[field]);
  const parts = [
    model,
    ...(differs('temperature') ? [`temperature ${variant.temperature}`] : []),
    ...(differs('number') ? [`#${variant.number}`] : []),
  ];
  return cleanControls(parts.join(' · ')).replace(/\s+/g, ' ');
}
