// Bodies that ask for security groups, and the rules in them, judged in the original's words.
import { isIPv4 } from 'node:net';
import type { SecurityGroupRule } from '../../foundation/table/security-groups.ts';
import {
  type Body,
  changedShortName,
  isObject,
  newShortName,
  refuse,
  relatedGuids,
  relationships,
  textOf,
  toMany,
  unknownFields,
} from './body.ts';

/** Reads the body of a creation. Throws UnprocessableEntity. */
export function parseNewSecurityGroup(body: Body) {
  refuse([
    ...unknownFields(body, ['name', 'globally_enabled', 'relationships', 'rules']),
    ...('relationships' in body ? relationships(body.relationships, relationshipProblems) : []),
    ...newShortName(body.name),
    ...globalProblems(body.globally_enabled),
    ...('rules' in body ? rulesProblems(body.rules) : []),
  ]);
  const members = isObject(body.relationships) ? body.relationships : {};
  const globally = isObject(body.globally_enabled) ? body.globally_enabled : {};
  return {
    name: textOf(body.name) ?? '',
    rules: rulesOf(body.rules),
    globally: { running: globally.running === true, staging: globally.staging === true },
    spaces: { running: relatedGuids(members.running_spaces), staging: relatedGuids(members.staging_spaces) },
    request: body,
  };
}

/** Reads the body of a change; what is not named stays. Throws UnprocessableEntity. */
export function parseSecurityGroupChanges(body: Body) {
  refuse([
    ...unknownFields(body, ['name', 'globally_enabled', 'rules']),
    ...('rules' in body ? rulesProblems(body.rules) : []),
    ...globalProblems(body.globally_enabled),
    ...changedShortName(body),
  ]);
  const name = textOf(body.name);
  const globally = isObject(body.globally_enabled) ? body.globally_enabled : {};
  return {
    ...(name === null ? {} : { name }),
    ...('rules' in body ? { rules: rulesOf(body.rules) } : {}),
    globally: {
      ...('running' in globally ? { running: globally.running === true } : {}),
      ...('staging' in globally ? { staging: globally.staging === true } : {}),
    },
    request: body,
  };
}

/** What is wrong with the rules of a group; each sentence says which rule. */
export function rulesProblems(rules: unknown): string[] {
  if (!Array.isArray(rules)) return ['Rules must be an array'];
  return rules.flatMap((rule, index) => ruleProblems(rule).map((problem) => `Rules[${index}]: ${problem}`));
}

/** The rules of a body without problems. */
export function rulesOf(rules: unknown): SecurityGroupRule[] {
  return Array.isArray(rules) ? rules.filter(isObject) : [];
}

function relationshipProblems(members: Body): string[] {
  const names = ['running_spaces', 'staging_spaces'];
  const given = names.filter((name) => members[name] !== undefined);
  return [...unknownFields(members, names), ...given.flatMap((name) => toMany(name, members[name]))];
}

function globalProblems(globally: unknown): string[] {
  if (globally === undefined || globally === null) return [];
  if (!isObject(globally)) return ['Globally enabled must be an object'];
  const known = Object.keys(globally).every((name) => name === 'running' || name === 'staging');
  if (!known) return ["Globally enabled only allows keys 'running' or 'staging'"];
  const booleans = Object.values(globally).every((value) => typeof value === 'boolean');
  return booleans ? [] : ['Globally enabled values must be booleans'];
}

const ruleMembers = ['code', 'description', 'destination', 'log', 'ports', 'protocol', 'type'];
const protocols = ['tcp', 'udp', 'icmp', 'all'];

function ruleProblems(rule: unknown): string[] {
  if (!isObject(rule)) return ['must be an object'];
  const unknown = Object.keys(rule).filter((name) => !ruleMembers.includes(name));
  const { protocol, destination, description, log } = rule;
  const known = typeof protocol === 'string' && protocols.includes(protocol);
  return [
    ...(unknown.length === 0 ? [] : [`unknown field(s): ${JSON.stringify(unknown).replaceAll(',', ', ')}`]),
    ...(known ? [] : ["protocol must be 'tcp', 'udp', 'icmp', or 'all'"]),
    ...destinationProblems(destination),
    ...(description && typeof description !== 'string' ? ['description must be a string'] : []),
    ...(log && typeof log !== 'boolean' ? ['log must be a boolean'] : []),
    ...protocolProblems(rule),
  ];
}

function protocolProblems({ protocol, ports, code, type }: Body): string[] {
  if (protocol === 'all') return ports ? ['ports are not allowed for protocols of type all'] : [];
  if (protocol === 'icmp') return [...messageProblems('code', code), ...messageProblems('type', type)];
  if (protocol !== 'tcp' && protocol !== 'udp') return [];
  const form =
    'ports must be a valid single port, comma separated list of ports, or range or ports, formatted as a string';
  return [
    ...(ports ? [] : ['ports are required for protocols of type TCP and UDP']),
    ...(typeof ports === 'string' && arePorts(ports) ? [] : [form]),
  ];
}

function messageProblems(name: 'code' | 'type', value: unknown): string[] {
  const missing = value === undefined || value === null;
  const right = typeof value === 'number' && Number.isInteger(value) && value >= -1 && value <= 255;
  return [
    ...(missing ? [`${name} is required for protocols of type ICMP`] : []),
    ...(right ? [] : [`${name} must be an integer between -1 and 255 (inclusive)`]),
  ];
}

function arePorts(text: string): boolean {
  const range = /^\s*(\d+)\s*-\s*(\d+)\s*$/.exec(text);
  if (range !== null) {
    const [from, to] = [Number(range[1]), Number(range[2])];
    return isPort(from) && isPort(to) && from < to;
  }
  return text.split(',').every((part) => /^\s*\d+\s*$/.test(part) && isPort(Number(part)));
}

function isPort(port: number): boolean {
  return port >= 1 && port <= 65_535;
}

function destinationProblems(destination: unknown): string[] {
  const form = 'destination must be a valid CIDR, IP address, or IP address range';
  if (destination === undefined || destination === null) return [form];
  if (typeof destination !== 'string') return ['destination must be a string'];
  if (/\s/.test(destination)) return ['destination must not contain whitespace'];
  const [from = '', to, ...more] = destination.split('-');
  if (to === undefined) return isNetwork(from) ? [] : [form];
  if (more.length > 0) return [form];
  if (!isIPv4(from) || !isIPv4(to)) return ['destination IP address range is invalid'];
  if (addressNumber(from) <= addressNumber(to)) return [];
  const text = 'beginning of IP address range is numerically greater than the end of its range';
  return [`${text} (range endpoints are inverted)`];
}

function isNetwork(text: string): boolean {
  const [address = '', bits, ...more] = text.split('/');
  const sized = bits === undefined || (/^\d{1,2}$/.test(bits) && Number(bits) <= 32);
  return isIPv4(address) && sized && more.length === 0;
}

function addressNumber(address: string): number {
  return address.split('.').reduce((number, part) => number * 256 + Number(part), 0);
}
