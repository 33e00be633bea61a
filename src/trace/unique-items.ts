/**
 * Where two sequences have an item that each has only once: the longest list of such places that is in order in both.
 * Takes little more time than reading them, however different they are.
 */
export function commonUniqueItems<T>(
  a: readonly T[],
  b: readonly T[],
): readonly (readonly [a: number, b: number])[] {
  const inB = placesOfUnique(b);
  const places: [number, number][] = [];
  for (const [item, atA] of placesOfUnique(a)) {
    const atB = inB.get(item) ?? REPEATED;
    if (atA !== REPEATED && atB !== REPEATED) places.push([atA, atB]);
  }
  return longestRising(places.sort(([first], [second]) => first - second));
}

const REPEATED = -1;

function placesOfUnique<T>(items: readonly T[]): Map<T, number> {
  const places = new Map<T, number>();
  items.forEach((item, at) => {
    places.set(item, places.has(item) ? REPEATED : at);
  });
  return places;
}

interface Link {
  readonly place: readonly [number, number];
  readonly before: Link | undefined;
}

/** Of places in the order of `a`, the most that are in the order of `b`, too: patience sorting. */
function longestRising(
  places: readonly (readonly [number, number])[],
): readonly (readonly [number, number])[] {
  const piles: Link[] = [];
  for (const place of places) {
    let [low, high] = [0, piles.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (piles[middle]!.place[1] < place[1]) low = middle + 1;
      else high = middle;
    }
    piles[low] = { place, before: piles[low - 1] };
  }
  const rising: (readonly [number, number])[] = [];
  for (let link = piles.at(-1); link !== undefined; link = link.before) rising.push(link.place);
  return rising.reverse();
}
