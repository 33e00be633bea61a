import { unlessAborted } from '../../../callbacks/abort.js';
import { isHttpUrl, isSdkDisabled, otlpTarget } from '../../../callbacks/otel/environment.js';
import { OpenTelemetryCallbackHandler } from '../../../callbacks/otel.js';
import { ChainError } from '../../../errors.js';
import type { ChainEvent } from '../../../events.js';
import { cleanControls } from '../../../safety/clean.js';
import { assertHasRuns, chooseIn, indexFor } from '../../../trace/choose-run.js';
import { readEvents } from '../../../trace/read-events.js';
import { indexRuns } from '../../../trace/run-index.js';
import type { Io } from '../../io.js';
import { withTraceFile } from '../trace-source.js';

export interface OtlpFlags {
  /** `true`: wherever the environment says. */
  readonly otlp: string | true;
  /** `false` leaves out what anybody said, whatever the environment says. */
  readonly content?: boolean;
}

/**
 * `chain trace export --otlp`: sends kept runs to a collector, as spans at the times that they had. Sent again they are the
 * same spans.
 * @throws ChainError `connection_failed` where not all of it could be delivered; `file_not_readable`, `invalid_argument`
 */
export async function exportOtlp(
  file: string,
  name: string | undefined,
  { otlp, content }: OtlpFlags,
  io: Io,
): Promise<void> {
  if (otlp !== true && !isHttpUrl(otlp)) {
    throw new ChainError('invalid_argument', '--otlp takes a URL, such as http://127.0.0.1:4318', {
      hint: 'Without one, OTEL_EXPORTER_OTLP_ENDPOINT says where spans go.',
    });
  }
  if (isSdkDisabled(io.env)) {
    throw new ChainError('invalid_argument', 'OTEL_SDK_DISABLED is set: nothing would be sent');
  }
  const endpoint = otlp === true ? undefined : otlp;
  if (otlpTarget('traces', io.env, endpoint) === null) {
    throw new ChainError('invalid_argument', 'the environment says that no spans are sent', {
      hint: 'Look at OTEL_TRACES_EXPORTER, and at OTEL_EXPORTER_OTLP_METRICS_ENDPOINT, which is of metrics alone.',
    });
  }
  const failures: string[] = [];
  const handler = new OpenTelemetryCallbackHandler({
    endpoint,
    metrics: false,
    serviceName: 'chain',
    redact: io.redact,
    content,
    onWarning: (text) => void failures.push(text),
  });
  const sender = {
    take: (event: ChainEvent) => handler.onEvent(event),
    async flush() {
      await unlessAborted(handler.flush(), io.signal);
      assertDelivered(failures);
    },
  };
  let sent: Sent;
  try {
    sent = await withTraceFile(file, io, (kept) => send(kept, file, name, sender, io));
  } finally {
    await handler.close();
  }
  assertDelivered(failures);
  for (const note of sent.notes) io.stderr.write(`note: ${cleanControls(note)}\n`);
  io.stderr.write(`${sent.roots} ${sent.roots === 1 ? 'run' : 'runs'} sent\n`);
}

interface Sent {
  readonly roots: number;
  readonly notes: readonly string[];
}

function assertDelivered([failure]: readonly string[]): void {
  if (failure !== undefined) throw new ChainError('connection_failed', failure);
}

interface Sender {
  take(event: ChainEvent): void | Promise<void>;
  /** @throws ChainError `connection_failed` */
  flush(): Promise<void>;
}

/** So many runs are sent together: the SDK drops what it has no room for. */
const BATCH = 256;

async function send(
  file: string,
  shown: string,
  name: string | undefined,
  sender: Sender,
  { signal }: Io,
): Promise<Sent> {
  const index = { ...(await indexRuns(file, { ...indexFor(name), signal })), file: shown };
  assertHasRuns(index);
  const chosen = name === undefined ? undefined : chooseIn(index, name);
  const range = chosen === undefined ? {} : { from: chosen.root.from, to: chosen.root.to };
  const ids = new Set(chosen === undefined ? [] : [chosen.id]);
  /** Runs of whose tokens the first was sent: the others tell nothing. */
  const streamed = new Set<string>();
  const tokensOf = (id: string) => !streamed.has(id) && streamed.add(id) !== undefined;
  let closed = 0;
  for await (const events of readEvents(file, { ...range, tokensOf, signal })) {
    for (const { event } of events) {
      const { runId, parentRunId } = event;
      const belongs =
        chosen === undefined || ids.has(runId) || (parentRunId !== null && ids.has(parentRunId));
      if (!belongs) continue;
      if (chosen !== undefined) ids.add(runId);
      await sender.take(event);
      if (!('durationMs' in event)) continue;
      streamed.delete(runId);
      closed += 1;
      if (closed % BATCH === 0) await sender.flush();
    }
  }
  await sender.flush();
  return { roots: chosen === undefined ? index.count : 1, notes: index.census.notes() };
}
