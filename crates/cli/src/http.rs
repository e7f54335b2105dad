//! How `forebay up` serves: the API at the node's address.

use crate::sources;
use anyhow::Context;
use api::{Api, Certificate, Parts, serve};
use servicer::{Settings, Task};
use std::collections::BTreeMap;
use std::net::TcpListener;
use std::path::Path;

/// What serves a node as its settings say.
pub fn server(
    settings: &Settings,
) -> anyhow::Result<impl FnOnce(&servicer::Parts, (TcpListener, Task)) -> Task + use<>> {
    let certificate = certificate(settings)?;
    let parameters = risk::PARAMETER_FILES.map(|name| Ok((name.to_owned(), sources::data(name)?)));
    let parameters = parameters.into_iter().collect::<anyhow::Result<BTreeMap<String, String>>>()?;
    let serving = api::Settings::of(settings);
    Ok(move |parts: &servicer::Parts, (listener, stopped): (TcpListener, Task)| -> Task {
        let (servicer, intake) = (parts.servicer.clone(), parts.intake.clone());
        let api = Api::new(Parts { servicer, intake, parameters, settings: serving });
        let router = api.router();
        Box::pin(async move {
            if let Err(error) = serve((api, router), (listener, certificate), stopped).await {
                eprintln!("{error} [{}]", error.code());
            }
        })
    })
}

fn certificate(settings: &Settings) -> anyhow::Result<Option<Certificate>> {
    let (chain, key) = (&settings.http.certificate, &settings.http.certificate_key);
    if chain.is_empty() {
        return Ok(None);
    }
    let [chain, key] = [chain, key].map(|file| std::fs::read(Path::new(file)).context(file.clone()));
    let certificate = Certificate::of(&chain?, &key?);
    certificate.map(Some).map_err(|error| anyhow::anyhow!("{error} [{}]", error.code()))
}
