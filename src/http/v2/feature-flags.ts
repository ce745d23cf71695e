// `/v2/config/feature_flags`: a list without pages, of all flags there are.
import { AppError } from '../../core/error.ts';
import { limits } from '../../core/limits.ts';
import { type FeatureFlag, flagName } from '../../foundation/table/feature-flags.ts';
import { grant } from '../../identity/permit.ts';
import { anywhere } from '../../identity/role.ts';
import type { Answer, KnownCall, Route, Services } from '../route.ts';
import { readFlags } from '../v3/feature-flags.ts';
import { readAttributes, requestOf, type Schema } from './attributes.ts';
import { v2Route } from './v2-route.ts';

const collection = '/v2/config/feature_flags';
const schema: Schema = { enabled: 'boolean', error_message: 'text' };

function presentFlag({ name, enabled, errorMessage }: FeatureFlag): object {
  return { name, enabled, error_message: errorMessage, url: `${collection}/${name}` };
}

async function list(_call: KnownCall, services: Services): Promise<Answer> {
  return { status: 200, body: (await readFlags(services)).map(presentFlag) };
}

async function show(call: KnownCall, services: Services): Promise<Answer> {
  const flag = (await readFlags(services)).find(({ name }) => name === call.params.name);
  if (flag === undefined) throw new AppError('FeatureFlagNotFound', [call.params.name ?? '']);
  return { status: 200, body: presentFlag(flag) };
}

/** A message that is not named is taken away, as in the original. */
async function update(call: KnownCall, services: Services): Promise<Answer> {
  const permit = grant(await services.standing(call.principal), 'feature_flag.update', anywhere);
  const name = flagName(call.params.name ?? '');
  if (name === null) throw new AppError('FeatureFlagNotFound', [call.params.name ?? '']);
  const attributes = readAttributes(call, schema);
  const enabled = attributes.boolean('enabled');
  const errorMessage = attributes.text('error_message') ?? null;
  if (enabled === undefined) throw new AppError('FeatureFlagInvalid', ['enabled presence']);
  if (errorMessage !== null && [...errorMessage].length > limits.shortNameCharactersMax) {
    throw new AppError('FeatureFlagInvalid', ['error_message max_length']);
  }
  const input = { name, enabled, errorMessage, request: attributes.request };
  const flag = await services.perform('feature_flag.update', permit, call.doer, input);
  return { status: 200, body: presentFlag(flag) };
}

export const routes: readonly Route[] = [
  v2Route('GET', collection, 'List feature flags', list),
  v2Route('GET', `${collection}/:name`, 'Get a feature flag', show),
  v2Route('PUT', `${collection}/:name`, 'Set a feature flag', update, requestOf(schema)),
];
