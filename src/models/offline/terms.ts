/**
 * What a sentence is about, each term once: words without their endings, and in scripts that put no space between
 * words each character and each pair of neighbours. Words that every text has are left out.
 */
export function termsOf(sentence: string): Set<string> {
  const terms = new Set<string>();
  for (const [run] of sentence.toLowerCase().matchAll(RUNS)) {
    if (UNSPACED.test(run)) addCharacters(run, terms);
    else if (!STOP_WORDS.has(run)) terms.add(stem(run));
  }
  return terms;
}

/** How much a term says by itself: a single Chinese character says little. */
export function weightOf(term: string): number {
  return UNSPACED.test(term) && [...term].length === 1 ? 0.3 : 1;
}

const SCRIPTS = ['Han', 'Hiragana', 'Katakana', 'Hangul', 'Thai']
  .map((script) => `\\p{Script=${script}}`)
  .join('');
const UNSPACED = new RegExp(`^[${SCRIPTS}]`, 'u');
const RUNS = new RegExp(`[${SCRIPTS}]+|(?:(?![${SCRIPTS}])[\\p{L}\\p{M}\\p{N}])+`, 'gu');

/** Hiragana alone is grammar. */
const STOP_CHARACTERS =
  /[\p{Script=Hiragana}的了吗呢吧啊么是在我你您他她它们这那有和也就都不来去为什哪谁很还请一个]/u;

const STOP_WORDS = new Set(
  (
    'a an the and or but if so of in on at to for from with by about as into than then that this these those there ' +
    'here it its i me my mine we us our you your yours he him his she her hers they them their is am are was were be ' +
    'been being do does did done have has had will would can could should may might must shall not no yes what which ' +
    'who whom whose when where why how please tell remember remind know say said again s t m re ve ll d'
  ).split(' '),
);

function addCharacters(run: string, terms: Set<string>): void {
  let before: string | undefined;
  let beforeStops = false;
  for (const character of run) {
    const stops = STOP_CHARACTERS.test(character);
    if (!stops) terms.add(character);
    if (before !== undefined && !(stops && beforeStops)) terms.add(before + character);
    before = character;
    beforeStops = stops;
  }
}

function stem(word: string): string {
  const bare = word.replace(/(?:ing|ed|es|s|e)$/, '');
  return bare.length < 3 ? word : bare;
}
