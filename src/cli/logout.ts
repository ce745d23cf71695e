// hansard logout: forgets Hansard's own session. The cf command's is its own business.
import type { Command } from 'commander';
import { cfSession, forgetSession } from './session.ts';
import { say } from './terminal.ts';

export function logoutCommand(program: Command): void {
  program
    .command('logout')
    .summary('forget the session')
    .description("Forget Hansard's own session. A session of the cf command stays: `cf logout` ends that.")
    .addHelpText('after', '\nExample:\n  hansard logout')
    .action(logout);
}

async function logout(): Promise<void> {
  const existed = await forgetSession();
  const cf = await cfSession();
  const rest = cf === null ? '' : ` The cf command's session with ${cf.url} is used from now on.`;
  await say(existed ? `Logged out.${rest}` : `You were not logged in to a session of Hansard's own.${rest}`);
}
