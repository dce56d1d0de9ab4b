import { Octokit as OctokitCore } from '@octokit/core';
import { paginateRest } from '@octokit/plugin-paginate-rest';
import { restEndpointMethods } from '@octokit/plugin-rest-endpoint-methods';

/** GitHub's client with typed endpoints and pages, and nothing that writes logs of its own. */
export class Octokit extends OctokitCore.plugin(
  restEndpointMethods,
  paginateRest,
) {}
