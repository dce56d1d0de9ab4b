import { defineConfig } from '@playwright/test';

// script/test starts a portal and names it here; by hand, the tests run against
// the one that script/start has started.
const baseURL = process.env.DEVART_E2E_URL ?? 'http://localhost:3000';

export default defineConfig({
  testDir: './tests',
  outputDir: '../.local/e2e/results',
  forbidOnly: Boolean(process.env.CI),
  // One portal, one database: tests see each other's data.
  workers: 1,
  // A page takes its time where much else runs, above all from a development server.
  timeout: 180_000,
  expect: { timeout: 45_000 },
  use: {
    baseURL,
    viewport: { width: 1280, height: 800 },
    trace: 'retain-on-failure',
    launchOptions: {
      executablePath: process.env.DEVART_CHROMIUM ?? '/usr/bin/chromium',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    },
  },
});
