import {
  createPermissionRule,
  type PermissionResourceRef,
} from '@backstage/plugin-permission-node';
import { z } from 'zod';
import type { ObjectQuery, OwnedObject } from './ObjectQuery';

/** References in lower case, as those of the catalog and of callers are compared. */
export const claimsSchema = z.object({
  claims: z
    .array(z.string())
    .describe(
      'References of users, groups, services or agents, such as user:default/sam; one of them is enough',
    ),
});

/** References as they are compared. */
export function inLowerCase(claims: readonly string[]): string[] {
  return claims.map(claim => claim.toLowerCase());
}

/** The rules that every kind of object has. */
export function createOwnedRules<
  TObject extends OwnedObject,
  TType extends string,
>(
  resourceRef: PermissionResourceRef<TObject, ObjectQuery, TType, 'devart'>,
  words: { creator: string },
) {
  const isOwner = createPermissionRule<
    TObject,
    ObjectQuery,
    TType,
    z.output<typeof claimsSchema>
  >({
    name: 'IS_OWNER',
    description:
      'Allow what is about an entity of the catalog that one of the claims owns',
    resourceType: resourceRef.resourceType,
    paramsSchema: claimsSchema,
    apply: ({ owners }, { claims }) =>
      inLowerCase(claims).some(claim => owners.includes(claim)),
    toQuery: ({ claims }) => ({ key: 'owner', among: inLowerCase(claims) }),
  });
  const isCreator = createPermissionRule<
    TObject,
    ObjectQuery,
    TType,
    z.output<typeof claimsSchema>
  >({
    name: 'IS_CREATOR',
    description: `Allow what one of the claims ${words.creator}`,
    resourceType: resourceRef.resourceType,
    paramsSchema: claimsSchema,
    apply: ({ creator }, { claims }) => inLowerCase(claims).includes(creator),
    toQuery: ({ claims }) => ({ key: 'creator', among: inLowerCase(claims) }),
  });
  return { isOwner, isCreator };
}
