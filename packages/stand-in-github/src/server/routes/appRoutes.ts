import { Refusal } from '../Refusal';
import type { StandInRoute } from '../StandInRoute';

/** The App itself, its installations and their tokens. */
export const appRoutes: Record<string, StandInRoute> = {
  'get /app': {
    caller: 'app',
    handle: ({ render }) => ({ status: 200, body: render.integration() }),
  },

  'post /app-manifests/{code}/conversions': {
    caller: 'none',
    handle: ({ state, render, path }) => {
      if (!state.manifestCodes.delete(path.code)) {
        throw new Refusal(404, 'Not Found');
      }
      return {
        status: 201,
        body: render.newIntegration('a-secret-of-the-manifest-flow'),
      };
    },
  },

  'get /repos/{owner}/{repo}/installation': {
    caller: 'app',
    handle: ({ state, render, path }) => {
      const repository = state.repository(`${path.owner}/${path.repo}`);
      if (!repository.installed) {
        throw new Refusal(404, 'Not Found');
      }
      return { status: 200, body: render.installation(repository.owner) };
    },
  },

  'post /app/installations/{installation_id}/access_tokens': {
    caller: 'app',
    handle: ({ state, render, path, body }) => {
      const { app } = state;
      if (Number(path.installation_id) !== app.installationId) {
        throw new Refusal(404, 'Not Found');
      }
      const installed = state.repositories.filter(r => r.installed);
      const names = body.repositories as string[] | undefined;
      if (names?.some(name => !installed.some(r => r.name === name))) {
        throw new Refusal(
          422,
          'There is at least one repository that does not exist or is not accessible to the parent installation.',
        );
      }
      const permissions =
        (body.permissions as Record<string, string> | undefined) ??
        app.permissions;
      for (const [name, access] of Object.entries(permissions)) {
        const granted = app.permissions[name];
        if (granted !== 'write' && granted !== access) {
          throw new Refusal(
            422,
            'The permissions requested are not granted to this installation.',
          );
        }
      }
      const token = state.createToken({
        repositories: names ?? 'all',
        permissions: { metadata: 'read', ...permissions },
      });
      return { status: 201, body: render.token(token) };
    },
  },

  'get /user': {
    caller: 'person',
    handle: ({ render }) => ({ status: 200, body: render.viewer() }),
  },
};
