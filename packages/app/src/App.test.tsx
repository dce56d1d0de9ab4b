import { render, screen } from '@testing-library/react';
import App from './App';

describe('App', () => {
  it('offers the guests of the configuration to somebody who is not signed in', async () => {
    process.env = {
      NODE_ENV: 'test',
      APP_CONFIG: [
        {
          context: 'test',
          data: {
            app: { title: 'devart', baseUrl: 'http://localhost:3000' },
            auth: {
              environment: 'development',
              providers: {
                guests: {
                  users: [
                    { userEntityRef: 'user:default/ada', title: 'Ada' },
                    { userEntityRef: 'user:default/vic', title: 'Vic' },
                  ],
                },
              },
            },
            backend: { baseUrl: 'http://localhost:7007' },
          },
        },
      ] as any,
    };

    render(App.createRoot());

    expect(
      await screen.findByRole('button', { name: /Ada/ }),
    ).toBeInTheDocument();
    expect(screen.getByRole('button', { name: /Vic/ })).toBeInTheDocument();
  });
});
