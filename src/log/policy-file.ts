// The policy file of the log's witnesses (C2SP tlog-policy), as an operator gives it to the server; and the one that
// readers are given, with this log's keys in it.
import { isUtf8 } from 'node:buffer';
import { readFileSync } from 'node:fs';
import { unprocessable } from '../core/error.ts';
import { Malformed } from '../merkle/malformed.ts';
import { type Member, type Policy, type PolicyWitness, parsePolicy } from '../merkle/policy.ts';

export interface WitnessPolicy {
  readonly policy: Policy;
  /** The lines of the file but for those about logs: witnesses, groups, the quorum, comments. */
  readonly text: string;
}

/** Reads the file. Throws UnprocessableEntity with a sentence, or the system's error where it cannot be read. */
export function readPolicyFile(path: string): WitnessPolicy {
  const octets = readFileSync(path);
  if (!isUtf8(octets)) throw unprocessable(`${path} is not UTF-8 text.`);
  return witnessPolicy(octets.toString(), path);
}

/**
 * A policy that the witnesses of a server can be asked by: their addresses are in it, as many as the quorum takes.
 * @param source what sentences call it. Throws UnprocessableEntity.
 */
export function witnessPolicy(text: string, source: string): WitnessPolicy {
  const policy = parsed(text, source);
  for (const { name, url } of policy.witnesses) {
    if (url !== null && !isAddress(url))
      throw unprocessable(
        `${source}: the address of witness ${name} is not one like https://witness.example.org.`,
      );
  }
  const witnesses = { policy, text: withoutLogs(text) };
  if (!canDoWithout(witnesses, []))
    throw unprocessable(`${source}: its quorum cannot be met, for too few of its witnesses have an address.`);
  return witnesses;
}

/**
 * A whole policy for readers of this log.
 * @param verifierKeys of the log. @param url where its checkpoint and tiles are; null: that is not known here.
 * @param witnesses the text of the policy of its witnesses; null: none is asked.
 */
export function policyText(
  verifierKeys: readonly string[],
  url: string | null,
  witnesses: string | null,
): string {
  const logs = verifierKeys.map((key) => `log ${key}${url === null ? '' : ` ${url}`}\n`);
  return `${logs.join('')}\n${witnesses ?? 'quorum none\n'}`;
}

function parsed(text: string, source: string): Policy {
  try {
    return parsePolicy(text);
  } catch (error) {
    throw error instanceof Malformed ? unprocessable(`${source}: ${error.message}.`) : error;
  }
}

function withoutLogs(text: string): string {
  return text.replace(/^[ \t]*log[ \t].*\n/gm, '');
}

/** Others on the way could answer in a witness's name; on this machine nobody is on the way. */
function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.[\d.]+$/.test(hostname);
}

function isAddress(text: string): boolean {
  const url = URL.parse(text);
  return (
    url !== null &&
    (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))) &&
    url.username === '' &&
    url.search === '' &&
    url.hash === ''
  );
}

/** Whether the quorum can be met without these witnesses; one of nobody always can. */
export function canDoWithout({ policy }: WitnessPolicy, names: readonly string[]): boolean {
  const { quorum } = policy;
  return (
    quorum.kind === 'none' || canWitness(quorum, ({ name, url }) => url !== null && !names.includes(name))
  );
}

function canWitness(member: Member, isThere: (witness: PolicyWitness) => boolean): boolean {
  if (member.kind === 'witness') return isThere(member.witness);
  return member.members.filter((one) => canWitness(one, isThere)).length >= member.threshold;
}
