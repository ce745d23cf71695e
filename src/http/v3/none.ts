// Collections that this foundation has none of yet, but that `cf space` asks for by the space: their lists take the
// original's parameters and are truly empty.
import { commonParameters, parseV3List, type V3ListSpec } from '../../query/v3-list.ts';
import type { Route } from '../route.ts';
import { envelope } from './list.ts';
import { v3Route } from './v3-route.ts';

/** List parameters beside the common ones, and the columns of `order_by`. */
const collections: Readonly<Record<string, { lists: readonly string[]; orderBy: readonly string[] }>> = {
  apps: {
    lists: ['names', 'organization_guids', 'space_guids', 'stacks', 'lifecycle_type'],
    orderBy: ['name', 'state'],
  },
  service_instances: {
    lists: ['names', 'space_guids', 'organization_guids', 'service_plan_guids', 'service_plan_names', 'type'],
    orderBy: ['name'],
  },
};

function specOf({ lists, orderBy }: { lists: readonly string[]; orderBy: readonly string[] }): V3ListSpec {
  return {
    parameters: [...commonParameters, 'label_selector', ...lists],
    lists: ['guids', ...lists].map((name) => ({ name })),
    orderBy: ['created_at', 'updated_at', ...orderBy],
    include: [],
  };
}

export const routes: readonly Route[] = Object.entries(collections).map(([name, collection]) => {
  const path = `/v3/${name}`;
  const spec = specOf(collection);
  return v3Route(
    'GET',
    path,
    `List ${name.replaceAll('_', ' ')}: none here`,
    async (call, { url }) => {
      const list = parseV3List(call.query, spec);
      return { status: 200, body: { ...envelope(list, url, path, 0), resources: [] } };
    },
    { list: spec },
  );
});
