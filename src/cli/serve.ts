// `hansard serve`: the server in the foreground, until it is told to stop.
import type { Command } from 'commander';
import { type Config, readConfig, type Setting, settings } from '../config.ts';
import { tell } from './terminal.ts';

export function serveCommand(program: Command): void {
  const command = program
    .command('serve')
    .summary('run the server')
    .description('Run the server: the APIs, the log and its store.')
    .addHelpText(
      'after',
      `
Environment (flags win): ${Object.values(settings)
        .flatMap(({ env }) => env.slice(0, 1))
        .join(', ')},
HANSARD_LOG_KEY (the key that signs the log, as PEM text, instead of a file),
HANSARD_ADMIN_PASSWORD (the password of the user admin on the very first start).

Examples:
  hansard serve
  hansard serve --port 9000 --data /var/lib/hansard --url https://audit.example.org`,
    );
  for (const { flag, about, fallback, isSwitch } of Object.values<Setting>(settings)) {
    const shown = fallback === '' ? about : `${about} (default: ${fallback})`;
    command.option(isSwitch === true ? `--${flag}` : `--${flag} <value>`, shown);
  }
  command.action(async (options: Record<string, string | true>) => {
    const flags = Object.values(settings).flatMap(({ flag }) => {
      const value = options[camelCase(flag)];
      if (value === true) return [`--${flag}`];
      return value === undefined ? [] : [`--${flag}=${value}`];
    });
    await run(readConfig(flags, process.env));
  });
}

async function run(config: Config): Promise<void> {
  const { serve } = await import('../compose.ts');
  let made: string | null = null;
  const running = await serve(config, (password) => {
    made = password;
    process.stdout.write(firstPassword(password));
  });
  process.stdout.write(banner(running.address, config, made));
  const halted = running.services.log.halted();
  if (halted !== null) tell(halted);
  const epoch = (await running.services.log.epochs()).at(-1);
  if (config.acceptRestore && epoch !== undefined)
    tell(
      `Epoch ${epoch.number} of the log: give its verifier keys to whoever verifies (hansard key export).`,
    );
  const stop = (): void => {
    running.stop().then(
      () => process.exit(0),
      (error) => {
        console.error(error);
        process.exit(1);
      },
    );
  };
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
}

/** What the first start shows, once. */
export function firstPassword(password: string): string {
  return `This is the first start. The user is admin, and this is its password, shown only now:\n\n    ${password}\n\n`;
}

function banner(address: string, config: Config, made: string | null): string {
  const lines = [`Hansard listens on ${address}`, `Data: ${config.data}`];
  if (made !== null) {
    lines.push(
      '',
      'Three commands to try, in another terminal:',
      '',
      `    bin/hansard login ${address} -u admin`,
      `    bin/hansard curl -X POST /v3/organizations -d '{"name":"acme"}' && bin/hansard events`,
      `    cf api ${address} && cf auth admin '${made}' && cf curl /v2/events`,
    );
  }
  return `${lines.join('\n')}\n\n`;
}

function camelCase(flag: string): string {
  return flag.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
}
