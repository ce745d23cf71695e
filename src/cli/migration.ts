// For developers: writes the difference between the declared tables and the committed migrations as the next one.
//   npm run migration -- NAME
import { writeFileSync } from 'node:fs';
import { tables } from '../compose.ts';
import { difference, migrations } from '../store/sqlite/migration.ts';

const [name] = process.argv.slice(2);
if (name === undefined || !/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) {
  console.error('usage: npm run migration -- NAME      (lower-case words joined by hyphens)');
  process.exit(2);
}
const list = migrations();
const statements = difference(tables, list);
if (statements.length === 0) {
  console.error('The declarations and the migrations agree: nothing to write.');
  process.exit(0);
}
const number = String(list.length + 1).padStart(4, '0');
const file = new URL(`../store/sqlite/migrations/${number}-${name}.sql`, import.meta.url);
writeFileSync(file, `${statements.join(';\n')};\n`);
console.log(`${number}-${name}.sql: ${statements.length} statements. Review and commit it.`);
