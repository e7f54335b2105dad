//! An object store on loopback that speaks the protocol of S3 and checks signatures.
#![allow(dead_code, clippy::unwrap_used)]

use axum::error_handling::HandleError;
use axum::http::StatusCode;
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use tempfile::TempDir;
use tokio::task::JoinHandle;

pub const KEY_ID: &str = "forebay-archive";
pub const SECRET: &str = "the-secret-of-the-object-store";
pub const REGION: &str = "eu-central-1";

/// Where the archive is in it.
pub const PLACE: &str = "s3://bucket/forebay";

/// A running store, with a bucket in it.
pub struct Store {
    pub endpoint: String,
    server: JoinHandle<()>,
    folder: TempDir,
}

impl Store {
    pub async fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("bucket")).unwrap();
        let mut service = S3ServiceBuilder::new(s3s_fs::FileSystem::new(folder.path()).unwrap());
        service.set_auth(SimpleAuth::from_single(KEY_ID, SECRET));
        let failed = async |_: s3s::HttpError| StatusCode::INTERNAL_SERVER_ERROR;
        let router = axum::Router::new().fallback_service(HandleError::new(service.build(), failed));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { endpoint, server, folder }
    }

    /// What opens it, with some secret.
    pub fn options(&self, secret: &str) -> Vec<(String, String)> {
        let options = [
            ("allow_http", "true"),
            ("aws_endpoint", &self.endpoint),
            ("aws_region", REGION),
            ("aws_access_key_id", KEY_ID),
            ("aws_secret_access_key", secret),
        ];
        options.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
    }

    /// Whether something is there under a name, below [`PLACE`].
    pub fn holds(&self, name: &str) -> bool {
        self.folder.path().join("bucket/forebay").join(name).exists()
    }
}

impl Drop for Store {
    fn drop(&mut self) {
        self.server.abort();
    }
}
