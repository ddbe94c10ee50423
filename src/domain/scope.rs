//! A token's access to one service as OAuth scopes: the words in which refusals name what is missing.

use super::access::Access;
use super::catalogue::Service;
use super::grants::Grant;

/// Everything that a token with this grant may be asked for at this service, each as one scope: `builds:read`,
/// `builds:write`, `builds:jobs.retry`. `grant` is cut down already to what the service offers. What is needed is
/// covered where its scope is among them, so that a service need not know which access covers which.
pub fn of(service: &Service, grant: &Grant) -> Vec<String> {
    let named = |what: &str| format!("{}:{what}", service.key.as_str());
    match grant {
        Grant::Access(access) => {
            let levels = [Access::Read, Access::ReadWrite].into_iter();
            let levels = levels.filter(|level| level <= access).map(|level| named(level.needed()));
            let methods = service.methods.iter().filter(|method| service.opens(method, *access));
            levels.chain(methods.map(|method| named(method.key.as_str()))).collect()
        }
        Grant::Methods(keys) => keys.iter().map(|key| named(key.as_str())).collect(),
    }
}
