// How a question is answered: which index is walked, in how many ordered branches that are merged. Pure: the store
// gives what it knows (numbers of the values in its dictionaries, counts), and gets branches that cover all that
// the query can find, each row in one branch only (design, section 6).
import { limits } from '../core/limits.ts';

/** The indexes of a segment, by the columns that lead them; the order of the log follows. `ids`: by identity. */
export type Access =
  | 'ids'
  | 'order'
  | 'type'
  | 'organization'
  | 'organizationType'
  | 'space'
  | 'target'
  | 'actor';

/** The top-level conditions of a query as dictionary numbers; null where there is no such condition. */
export interface Bounded {
  readonly audiences: readonly number[];
  readonly types: readonly number[] | null;
  readonly organizations: readonly number[] | null;
  readonly spaces: readonly number[] | null;
  readonly targets: readonly number[] | null;
  readonly actors: readonly number[] | null;
  /** Whether the query names the guids of events, which are then looked up one by one. */
  readonly byGuid: boolean;
  /** null: a global reader. */
  readonly visible: { readonly organizations: readonly number[]; readonly spaces: readonly number[] } | null;
}

export interface Branch {
  readonly access: Access;
  /** Values of the columns that lead the index. */
  readonly key: readonly number[];
}

export interface Plan {
  readonly branches: readonly Branch[];
  /**
   * The branches are the reader's own organizations and spaces, so that visibility need not be tested row by row;
   * a space's branch leaves out the rows of the organizations that have branches of their own.
   */
  readonly byVisibility: boolean;
}

/** How many events lie in a branch, as far as the store knows without reading them. */
export type Estimate = (branch: Branch) => number;

/**
 * Chooses the cheapest way to the first `limit` rows.
 * @param limit Infinity where all rows are wanted (counting).
 */
export function choosePlan(query: Bounded, limit: number, estimate: Estimate): Plan {
  if (query.byGuid) return { branches: [{ access: 'ids', key: [] }], byVisibility: false };
  const plans = candidates(query);
  const sized = plans.map((plan) => ({ plan, sizes: plan.branches.map(estimate) }));
  const fewest = Math.max(1, Math.min(...sized.map(({ sizes }) => sum(sizes))));
  const costs = sized.map(({ sizes }) => cost(sizes, limit, fewest));
  const best = costs.indexOf(Math.min(...costs));
  return (plans[best] ?? plans[0]) as Plan;
}

const branchCost = 10;

/** Rows that must be read: in proportion to what the branches hold beyond the fewest that can be right. */
function cost(sizes: readonly number[], limit: number, fewest: number): number {
  const all = sum(sizes);
  const read = Math.min(all, (limit + 1) * (all / fewest));
  const heads = sum(sizes.map((size) => Math.min(size, limit + 1)));
  return sizes.length * branchCost + Math.max(read, heads);
}

function candidates(query: Bounded): Plan[] {
  const { audiences, types, organizations, spaces, targets, actors, visible } = query;
  const plans: Plan[] = [];
  const add = (branches: Branch[], byVisibility = false): void => {
    if (branches.length <= limits.planBranchesMax) plans.push({ branches, byVisibility });
  };
  const of = (access: Access, ...parts: (readonly number[])[]): Branch[] =>
    product(parts).map((key) => ({ access, key }));
  if (types !== null) add(of('type', types));
  if (organizations !== null) add(of('organization', organizations, audiences));
  if (organizations !== null && types !== null) add(of('organizationType', organizations, types));
  if (spaces !== null) add(of('space', spaces, audiences));
  if (targets !== null) add(of('target', targets));
  if (actors !== null) add(of('actor', actors));
  if (visible !== null) {
    const wide =
      types === null
        ? of('organization', visible.organizations, audiences)
        : of('organizationType', visible.organizations, types);
    add([...wide, ...of('space', visible.spaces, audiences)], true);
  }
  plans.push({ branches: of('order', audiences), byVisibility: false });
  return plans;
}

function product(parts: readonly (readonly number[])[]): number[][] {
  return parts.reduce<number[][]>(
    (keys, part) => keys.flatMap((key) => part.map((value) => [...key, value])),
    [[]],
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
