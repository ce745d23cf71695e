// What this program calls itself, and the versions of the original's APIs that it answers as.

export const product = { name: 'Hansard', version: '0.1.0' } as const;

/** Versions that clients compare with their own minimum (contract/cf-cli.md, section 5). */
export const apiVersions = { v2: '2.293.0', v3: '3.228.0', osbapi: '2.17' } as const;

/** Oldest and recommended cf command. */
export const cliVersions = { minimum: '6.22.0', recommended: 'latest' } as const;
