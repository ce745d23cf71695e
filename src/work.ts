// Everything that the writer can be asked to do, by name: the module that the writer thread loads.
import { importPermitted } from './foundation/import.ts';
import { operations } from './foundation/operations.ts';
import { passTime } from './foundation/proposals.ts';
import { identityWork } from './identity/work.ts';
import { certify, disposeSlice, dropOldest, sweepStep } from './log/dispose.ts';
import { keepCheckpoint, openEpoch } from './log/epoch.ts';
import { endImport } from './log/import.ts';
import { recordKeys } from './log/key-events.ts';
import { keepCosignature, recordWitness } from './log/witness-table.ts';
import { recordNotice } from './notices.ts';
import { firstStart } from './start.ts';
import type { WorkTable } from './store/contract.ts';

export const work: WorkTable = {
  ...operations,
  ...identityWork,
  'log.import': importPermitted,
  'log.importEnd': endImport,
  'log.checkpoint': keepCheckpoint,
  'log.epoch': openEpoch,
  'log.notice': recordNotice,
  'log.cosignature': keepCosignature,
  'log.witness': recordWitness,
  'log.keys': recordKeys,
  'log.dispose': disposeSlice,
  'log.drop': dropOldest,
  'log.sweep': sweepStep,
  'log.certify': certify,
  'proposal.passTime': passTime,
  'start.first': firstStart,
};
