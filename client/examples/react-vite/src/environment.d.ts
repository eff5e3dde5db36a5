interface ImportMetaEnv {
  readonly VITE_API: string;
  readonly VITE_ISSUER: string;
  readonly VITE_CLIENT_ID: string;
  readonly VITE_SCOPE: string;
  readonly VITE_STREAM_GROUP: string;
  readonly VITE_APPLICATION: string;
}
