import { defineConfig } from 'vite';

// The C server serves web/dist as plain files. Everything the page needs is in there: nothing comes from another host.
export default defineConfig({
  base: './',
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
      ['/health', '/collections', '/tiles', '/check', '/classes'].map((p) => [
        p,
        process.env.HX_URL ?? 'http://127.0.0.1:8080',
      ]),
    ),
  },
});
