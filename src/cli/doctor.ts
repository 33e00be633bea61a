import { existsSync } from 'node:fs';
import { ChainError } from '../errors.js';
import { chooseModel, isImplicitlyOffline, type ModelChoice } from '../models/choose.js';
import { resolveModelName } from '../models/providers.js';
import { cleanControls } from '../safety/clean.js';
import { configPath, loadConfig } from './config.js';
import type { Io } from './io.js';
import { loadTemplate } from './load-template.js';
import { hintForModel } from './model-hint.js';
import { VERSION } from './version.js';

export interface DoctorFlags {
  readonly model?: string;
  readonly config?: string;
  readonly json?: boolean;
}

/** What would answer, and what stands in the way. Holds no key. */
export interface Diagnosis {
  readonly version: string;
  readonly node: string;
  readonly platform: string;
  /** The configuration that is read; `null` where there is nowhere to look. */
  readonly config: string | null;
  /** Whether that file is there. */
  readonly configFound: boolean;
  readonly model: string;
  readonly chosenBy: ModelChoice['from'];
  /** `null` for the offline model. */
  readonly provider: string | null;
  readonly baseUrl: string | null;
  /** The variable that the key comes from; `null` where none is needed. */
  readonly keyVariable: string | null;
  readonly keySet: boolean;
  readonly missing: readonly string[];
  /** What was probably meant by the model's name; `null` where it may well be right. */
  readonly hint: string | null;
}

/** Says which model would answer, why, and what is missing. Nothing is called. */
export async function diagnose(template: string | undefined, flags: DoctorFlags, io: Io): Promise<Diagnosis> {
  const config = await loadConfig(flags.config, io.env);
  const choice = chooseModel({
    flag: flags.model,
    template: template === undefined ? undefined : (await loadTemplate(template)).model,
    env: io.env,
    config: config.model,
  });
  const offline = choice.name === 'offline';
  const server = offline ? null : resolveModelName(choice.name, config.providers, io.env);
  const keyVariable = server?.keyVariable ?? null;
  const keySet = server?.apiKey !== undefined;
  const file = flags.config ?? configPath(io.env) ?? null;
  return {
    version: VERSION,
    node: process.versions.node,
    platform: `${process.platform} ${process.arch}`,
    config: file,
    configFound: file !== null && existsSync(file),
    model: server?.model ?? choice.name,
    chosenBy: choice.from,
    provider: server?.provider ?? null,
    baseUrl: server === null ? null : io.redact(server.baseUrl),
    keyVariable,
    keySet,
    missing: missing(choice, keyVariable, keySet),
    hint: (await hintForModel(choice.name, config.providers, io.env)) ?? null,
  };
}

function missing(choice: ModelChoice, keyVariable: string | null, keySet: boolean): string[] {
  if (isImplicitlyOffline(choice)) {
    return [
      'a language model: set OPENAI_API_KEY or OPENAI_BASE_URL, or name one with --model or CHAIN_MODEL',
    ];
  }
  return keyVariable !== null && !keySet ? [`a key: set ${keyVariable}`] : [];
}

const REASONS: Readonly<Record<ModelChoice['from'], string>> = {
  flag: '--model names it',
  template: "the template's front matter names it",
  CHAIN_MODEL: 'CHAIN_MODEL names it',
  config: 'the configuration names it',
  OPENAI_API_KEY: 'the default where OPENAI_API_KEY is set',
  OPENAI_BASE_URL: 'the default where OPENAI_BASE_URL is set',
  nothing: 'nothing names a model: it answers scripted replies and arithmetic only',
};

export function renderDiagnosis(diagnosis: Diagnosis): string {
  const { config, configFound, provider, baseUrl, keyVariable, keySet, hint } = diagnosis;
  const key = keyVariable === null ? 'none needed' : `${keyVariable}, ${keySet ? 'set' : 'not set'}`;
  const rows: (readonly [string, string])[] = [
    ['chain', `${diagnosis.version}, Node ${diagnosis.node}, ${diagnosis.platform}`],
    ['config', config === null ? 'nowhere to look for one' : `${config}${configFound ? '' : ' (not there)'}`],
    ['model', `${diagnosis.model} (${REASONS[diagnosis.chosenBy]})`],
    ...(provider === null ? [] : [['server', `${provider}, ${baseUrl}`] as const, ['key', key] as const]),
    ...diagnosis.missing.map((what) => ['missing', what] as const),
    ...(hint === null ? [] : [['hint', hint] as const]),
  ];
  return `${cleanControls(rows.map(([name, value]) => `${name.padEnd(8)} ${value}`).join('\n'))}\n`;
}

/** @throws ChainError `no_model` where something is missing, after all of it was shown */
export async function showDiagnosis(template: string | undefined, flags: DoctorFlags, io: Io): Promise<void> {
  const diagnosis = await diagnose(template, flags, io);
  io.stdout.write(
    flags.json ? `${JSON.stringify({ schema: 1, ...diagnosis })}\n` : renderDiagnosis(diagnosis),
  );
  if (diagnosis.missing.length > 0) throw new ChainError('no_model', 'no language model would answer');
}
