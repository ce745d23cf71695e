// Everything that the writer can be asked to do, by name: the module that the writer thread loads.
import { importPermitted } from './foundation/import.ts';
import { operations } from './foundation/operations.ts';
import { identityWork } from './identity/work.ts';
import { endImport } from './log/import.ts';
import { firstStart } from './start.ts';
import type { WorkTable } from './store/contract.ts';

export const work: WorkTable = {
  ...operations,
  ...identityWork,
  'log.import': importPermitted,
  'log.importEnd': endImport,
  'start.first': firstStart,
};
