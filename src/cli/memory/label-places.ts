/** Where something stands, in pixels; `y` is its middle. */
interface Box {
  readonly left: number;
  readonly right: number;
  readonly y: number;
}

/**
 * Labels in a column, moved apart as little as need be and kept between two bounds, in the order of their places.
 * @param ys where each belongs
 * @returns where each goes
 */
export function spreadOut(
  ys: readonly number[],
  height: number,
  [top, bottom]: readonly [number, number],
): readonly number[] {
  const order = ys.map((_, index) => index).sort((a, b) => ys[a]! - ys[b]!);
  const places = [...ys];
  let least = top;
  for (const index of order) {
    places[index] = Math.max(places[index]!, least);
    least = places[index]! + height;
  }
  let most = bottom;
  for (const index of order.reverse()) {
    places[index] = Math.min(places[index]!, most);
    most = places[index]! - height;
  }
  return places;
}

/**
 * Labels to the right of their points, each as near as it can be without covering another label or another point.
 * @param size of the points' symbols
 * @returns how far down each goes
 */
export function placeBeside(
  points: readonly (readonly [x: number, y: number])[],
  widths: readonly number[],
  { height, size, distance }: { readonly height: number; readonly size: number; readonly distance: number },
): readonly number[] {
  const taken: Box[] = points.map(([x, y]) => ({ left: x - size / 2, right: x + size / 2, y }));
  return points.map(([x, y], index) => {
    const left = x + size / 2 + distance;
    const at = (down: number): Box => ({ left, right: left + widths[index]!, y: y + down });
    const isFree = (box: Box) =>
      taken.every(
        (other) => other.right <= box.left || other.left >= box.right || Math.abs(other.y - box.y) >= height,
      );
    // A row down, a row up, two rows down, …
    let step = 0;
    const down = () => (step % 2 === 1 ? (step + 1) / 2 : 0 - step / 2) * height;
    while (!isFree(at(down()))) step += 1;
    taken.push(at(down()));
    return down();
  });
}
