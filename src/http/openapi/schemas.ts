// All described schemas by name, as the document's components have them.
import type { Schemas } from './schema.ts';
import { uaaSchemas } from './uaa-schemas.ts';
import { v2PlatformSchemas } from './v2-platform-schemas.ts';
import { v2Schemas } from './v2-schemas.ts';
import { v3PlatformSchemas } from './v3-platform-schemas.ts';
import { v3Schemas } from './v3-schemas.ts';

export const schemas: Schemas = {
  ...v3Schemas,
  ...v3PlatformSchemas,
  ...v2Schemas,
  ...v2PlatformSchemas,
  ...uaaSchemas,
};
