/** A piece of two texts that were compared: in both of them, or in one. */
export interface TextPart {
  readonly kind: 'same' | 'removed' | 'added';
  readonly text: string;
}

/**
 * What makes one text of another, word by word; where they have little in common, line by line. Loads the diff package.
 */
export async function textDifference(before: string, after: string): Promise<readonly TextPart[]> {
  if (before === after) return [{ kind: 'same', text: after }];
  const { diffLines, diffWordsWithSpace } = await import('diff');
  const changes =
    diffWordsWithSpace(before, after, { maxEditLength: MOST_WORDS }) ??
    diffLines(before, after, { maxEditLength: MOST_LINES });
  if (changes === undefined) {
    return [
      { kind: 'removed', text: before },
      { kind: 'added', text: after },
    ];
  }
  const parts = changes.map(
    ({ value: text, added, removed }): TextPart => ({
      kind: added ? 'added' : removed ? 'removed' : 'same',
      text,
    }),
  );
  return joinChanges(parts);
}

/** Changes with only spaces between them as one: several words in place of several others. */
function joinChanges(parts: readonly TextPart[]): readonly TextPart[] {
  const joined: TextPart[] = [];
  let [removed, added] = ['', ''];
  const end = () => {
    if (removed !== '') joined.push({ kind: 'removed', text: removed });
    if (added !== '') joined.push({ kind: 'added', text: added });
    [removed, added] = ['', ''];
  };
  for (const [index, { kind, text }] of parts.entries()) {
    const isBetween = removed !== '' && added !== '' && index < parts.length - 1 && /^ +$/.test(text);
    if (kind === 'same' && !isBetween) {
      end();
      joined.push({ kind, text });
      continue;
    }
    if (kind !== 'added') removed += text;
    if (kind !== 'removed') added += text;
  }
  end();
  return joined;
}

/** More edits than these take long to find, and nobody reads them. */
const MOST_WORDS = 1000;
const MOST_LINES = 2000;

/** How much is shown around a change, and of what was changed, in characters. */
const AROUND = 40;
const MOST_CHANGED = 400;

/** The parts with only the surroundings of what differs left of what is the same. */
export function abridge(parts: readonly TextPart[]): readonly TextPart[] {
  return parts.map(({ kind, text }, index) => {
    if (kind !== 'same') return { kind, text: cutMiddle(text, MOST_CHANGED / 2, MOST_CHANGED / 2) };
    const isLast = index === parts.length - 1;
    return { kind, text: cutMiddle(text, index === 0 ? 0 : AROUND, isLast ? 0 : AROUND) };
  });
}

/** Its beginning and its end, where the text is so long that this makes it shorter. No character is cut in two. */
function cutMiddle(text: string, head: number, tail: number): string {
  if (text.length <= head + tail + ELLIPSIS.length) return text;
  const first = text.slice(0, head).replace(/[\ud800-\udbff]$/, '');
  const last = tail === 0 ? '' : text.slice(-tail).replace(/^[\udc00-\udfff]/, '');
  return `${first}${ELLIPSIS}${last}`;
}

const ELLIPSIS = '…';
