import fs from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { defineConfig, type Plugin } from 'vite';

/** Every text file also as FILE.gz, for the server to send as it is: a third of the bytes on an office network. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    apply: 'build',
    writeBundle({ dir = 'dist' }, bundle) {
      for (const name of Object.keys(bundle)) {
        if (!/\.(js|css|html|svg)$/.test(name)) continue;
        const bytes = fs.readFileSync(path.join(dir, name));
        if (bytes.length > 2048) fs.writeFileSync(path.join(dir, `${name}.gz`), gzipSync(bytes, { level: 9 }));
      }
    },
  };
}

// The C server serves web/dist as plain files. Everything the page needs is in there: nothing comes from another host.
export default defineConfig({
  base: './',
  plugins: [compressed()],
  build: {
    target: 'es2022',
    // Small files stay files, so that a strict Content-Security-Policy needs no data: URLs of ours.
    assetsInlineLimit: 0,
    // MapLibre alone is about 1 MB before compression.
    chunkSizeWarningLimit: 1800,
    rollupOptions: {
      output: {
        // MapLibre's worker ends in .mjs, which older MIME tables do not know; as .js every server sends it as a script.
        assetFileNames: (asset) =>
          asset.names.some((n) => n.endsWith('.mjs')) ? 'assets/[name]-[hash].js' : 'assets/[name]-[hash][extname]',
        manualChunks: (id) => (id.includes('node_modules') ? 'vendor' : undefined),
      },
    },
  },
  server: {
    // `npm run dev` beside a running `hongxian serve` (or the mock): HX_URL says where it listens.
    proxy: Object.fromEntries(
      ['/health', '/collections', '/tiles', '/check', '/classes', '/jobs', '/records', '/verify'].map((p) => [
        p,
        process.env.HX_URL ?? 'http://127.0.0.1:8080',
      ]),
    ),
  },
});
