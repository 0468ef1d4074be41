//! Requests a provider wants signed (ЕСИА): the signature is made by a service of the deployment,
//! which has the certificate and the certified cryptography. Nothing of either is here: this
//! asks it and passes on what it answers.

use std::collections::BTreeMap;

use openidconnect::HttpRequest;
use serde::Serialize;
use url::Url;

use crate::{
    client::{Client, Reach},
    flow::Fault,
};

/// What is about to be asked of the provider.
#[derive(Debug, Serialize)]
pub(crate) struct Asking<'a> {
    /// «authorize» for the address a browser is sent to, «token» for the exchange of its code.
    pub(crate) step: &'static str,
    pub(crate) client_id: &'a str,
    pub(crate) scope: &'a str,
    pub(crate) state: &'a str,
    pub(crate) redirect_uri: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) code: Option<&'a str>,
}

/// The signing service of a deployment.
pub(crate) struct Signer {
    url: Url,
    client: Client,
}

impl Signer {
    /// The service at this address, which the deployment has chosen and may stand inside.
    pub(crate) fn new(url: Url) -> Result<Self, reqwest::Error> {
        let client = Client::new(Reach::Inner)?;
        Ok(Self { url, client })
    }

    /// Has a request signed: what is to be added to it, by name (`client_secret`, `timestamp` …).
    pub(crate) async fn sign(
        &self,
        asking: &Asking<'_>,
    ) -> Result<BTreeMap<String, String>, Fault> {
        let body = serde_json::to_vec(asking).map_err(Fault::away)?;
        let request: HttpRequest = http::Request::post(self.url.as_str())
            .header(http::header::CONTENT_TYPE, "application/json")
            .body(body)
            .map_err(Fault::away)?;
        let answer = self.client.send(request).await.map_err(Fault::away)?;
        if !answer.status().is_success() {
            return Err(Fault::away(format!(
                "the signer answered {}",
                answer.status()
            )));
        }
        serde_json::from_slice(answer.body()).map_err(Fault::away)
    }
}
