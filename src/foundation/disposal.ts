// Erasing what one event says, before its term: proposed by one person, done when another approves. Head, leaf and every
// proof stay; what is gone is told by an event with the reason.
import { AppError, unprocessable } from '../core/error.ts';
import type { Guid } from '../core/guid.ts';
import type { Erasable } from '../event/event.ts';
import { erasableEvent, type Proposal } from '../log/proposal.ts';
import type { Transaction } from '../store/contract.ts';
import { operation } from './operation.ts';
import { propose } from './proposals.ts';

export interface Erasure {
  readonly guid: Guid;
  /** null where only one origin has an event of this guid. */
  readonly origin: string | null;
  readonly parts: readonly Erasable[];
  readonly reason: string;
}

/** event.erase: proposed, for somebody else to approve. Throws UnprocessableEntity for what is held. */
export const eraseEvent = operation<'event.erase', Erasure, Proposal>(
  (hands, { guid, origin, parts, reason }) => {
    const of = origin ?? onlyOrigin(hands.tx, guid);
    erasableEvent(hands.tx, of, guid, parts);
    return propose(hands, { kind: 'erase', origin: of, guid, parts }, reason);
  },
);

function onlyOrigin(tx: Transaction, guid: Guid): string {
  const [only, ...more] = tx.originsOf(guid);
  if (only === undefined) throw new AppError('ResourceNotFound', [`There is no event ${guid}`]);
  if (more.length === 0) return only;
  const names = [only, ...more].map((name) => JSON.stringify(name)).join(', ');
  throw unprocessable(`Several origins have an event ${guid}: name one of ${names}.`);
}
