import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// The API allows the page's origin by its port, so no other port will do.
const server = { host: 'localhost', port: 5173, strictPort: true };

export default defineConfig({ plugins: [react()], server, preview: server });
