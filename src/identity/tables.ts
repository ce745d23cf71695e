// The declared tables of identity, in one list for the stores' migrations.
import type { Table } from '../store/table.ts';
import { accountTable } from './account.ts';
import { clientTable } from './client.ts';
import { roleTable } from './role.ts';
import { sessionTable } from './session.ts';

export const identityTables: readonly Table[] = [accountTable, clientTable, roleTable, sessionTable];
