// The `hansard` command: registers one file for each command, and turns whatever goes wrong into one sentence on
// standard error and a documented exit code. Commands load what is heavy only when they run.
import { Command, CommanderError } from 'commander';
import { ConfigError } from '../config.ts';
import { AppError } from '../core/error.ts';
import { product } from '../core/version.ts';
import { backupCommand } from './backup.ts';
import { checkpointCommand } from './checkpoint.ts';
import { clientCommand } from './client.ts';
import { curlCommand } from './curl.ts';
import { eraseCommand } from './erase.ts';
import { eventsCommand } from './events.ts';
import { exportCommand } from './export.ts';
import { CliFailure, errorCode, exitCodes, systemSentence } from './failure.ts';
import { holdCommand } from './hold.ts';
import { importCommand } from './import.ts';
import { keyCommand } from './key.ts';
import { loginCommand } from './login.ts';
import { logoutCommand } from './logout.ts';
import { orgCommand } from './org.ts';
import { proofCommand } from './proof.ts';
import { publishCommand } from './publish.ts';
import { referenceCommand } from './reference-command.ts';
import { restoreCommand } from './restore.ts';
import { retentionCommand } from './retention.ts';
import { serveCommand } from './serve.ts';
import { spaceCommand } from './space.ts';
import { targetCommand } from './target.ts';
import { tell, visible, visibleLines } from './terminal.ts';
import { typesCommand } from './types.ts';
import { userCommand } from './user.ts';
import { verifyCommand } from './verify.ts';

const tour = `
A short tour:
  cf login, or hansard login https://api.example.org     whose events
  hansard events --since 24h                             what happened
  hansard export user-access --org my-org -o access.csv  who was given access, for a spreadsheet
  hansard serve                                          a log of your own, on http://127.0.0.1:8080
  hansard import events.json --origin my-platform        what a platform has kept so far

"hansard help COMMAND" tells more. Exit codes: 0 done, 1 refused or failed, 2 wrong usage,
3 not logged in or not allowed, 4 server out of reach, 130 stopped.`;

function commandLine(): Command {
  const program = new Command('hansard')
    .description('The verbatim record of everything done on a Cloud Foundry platform.')
    .version(product.version)
    .exitOverride()
    .showHelpAfterError('(--help tells more)')
    .addHelpText('after', tour);
  for (const register of [
    eventsCommand,
    exportCommand,
    typesCommand,
    loginCommand,
    logoutCommand,
    targetCommand,
    orgCommand,
    spaceCommand,
    curlCommand,
    serveCommand,
    importCommand,
    proofCommand,
    checkpointCommand,
    keyCommand,
    verifyCommand,
    publishCommand,
    backupCommand,
    restoreCommand,
    retentionCommand,
    holdCommand,
    eraseCommand,
    userCommand,
    clientCommand,
    referenceCommand,
  ]) {
    register(program);
  }
  return program;
}

/** Help about a command that is none is that command's error, with the name that comes near. */
function meant(program: Command, args: readonly string[]): readonly string[] {
  const [first, second] = args;
  const isKnown = second === 'help' || program.commands.some((command) => command.name() === second);
  return first === 'help' && second !== undefined && !isKnown && !second.startsWith('-') ? [second] : args;
}

/** Tells what went wrong and answers the exit code. A sentence may be a server's: it does not steer the terminal. */
function toldFailure(error: unknown): number {
  // Commander has told it already; help and version end here too.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  if (process.env.HANSARD_DEBUG && error instanceof Error) tell(visibleLines(error.stack ?? error.message));
  if (error instanceof CliFailure) {
    tell(visible(error.message));
    return error.exitCode;
  }
  if (error instanceof ConfigError) {
    tell(visible(error.message));
    return exitCodes.usage;
  }
  if (error instanceof AppError || errorCode(error) !== '') {
    tell(visible(error instanceof AppError ? error.message : systemSentence(error)));
    return exitCodes.failed;
  }
  const message = error instanceof Error ? error.message : String(error);
  tell(visible(`Something is wrong with this program: ${message} (HANSARD_DEBUG=1 shows where).`));
  return exitCodes.failed;
}

// Whoever reads the output may stop reading: that is no failure.
process.stdout.on('error', (error) => {
  if (errorCode(error) === 'EPIPE') process.exit(exitCodes.ok);
});

try {
  const program = commandLine();
  if (process.argv.length <= 2) program.outputHelp();
  else await program.parseAsync(meant(program, process.argv.slice(2)), { from: 'user' });
} catch (error) {
  process.exitCode = toldFailure(error);
}
