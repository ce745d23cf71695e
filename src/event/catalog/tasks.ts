// Events on tasks: commands that run once beside an app, with all that it may reach.
import { type CatalogEntry, firstRelease, hidden, noun } from './entry.ts';

const on = noun('app');
const gap = noun('app', { source: 'gap' });

const task = {
  fields: 'task_guid request request.name request.memory_in_mb request.command',
  redactions: hidden('request.command'),
};

export const tasks: readonly CatalogEntry[] = [
  on.lifecycle('audit.app.task.create', '2016-02-04', '{actor} ran a task of app {target}', {
    ...task,
    severity: 'notice',
  }),
  on.lifecycle('audit.app.task.cancel', '2016-02-04', '{actor} cancelled a task of app {target}', task),
  gap.update('audit.app.task.update', firstRelease, '{actor} changed a task of app {target}', {
    fields: 'task_guid request request.metadata.*',
  }),
];
