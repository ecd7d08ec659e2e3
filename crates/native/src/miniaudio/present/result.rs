//! The meaning of miniaudio's result codes, as far as the sound systems agree on it.

use maudio_sys::ffi;

use crate::miniaudio::MiniaudioError;

pub(super) fn check(result: ffi::ma_result) -> Result<(), MiniaudioError> {
    match result {
        ffi::ma_result_MA_SUCCESS => Ok(()),
        ffi::ma_result_MA_ACCESS_DENIED => Err(MiniaudioError::Denied(result)),
        ffi::ma_result_MA_NO_DEVICE
        | ffi::ma_result_MA_NO_BACKEND
        | ffi::ma_result_MA_DOES_NOT_EXIST
        | ffi::ma_result_MA_API_NOT_FOUND => Err(MiniaudioError::Missing(result)),
        _ => Err(MiniaudioError::Failed(result)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_that_the_systems_agree_on_has_its_meaning_and_any_other_counts_as_in_use() {
        assert_eq!(check(ffi::ma_result_MA_SUCCESS), Ok(()));
        let denied = ffi::ma_result_MA_ACCESS_DENIED;
        assert_eq!(check(denied), Err(MiniaudioError::Denied(denied)));
        for code in [
            ffi::ma_result_MA_NO_DEVICE,
            ffi::ma_result_MA_NO_BACKEND,
            ffi::ma_result_MA_DOES_NOT_EXIST,
            ffi::ma_result_MA_API_NOT_FOUND,
        ] {
            assert_eq!(check(code), Err(MiniaudioError::Missing(code)));
        }
        for code in [
            ffi::ma_result_MA_BUSY,
            ffi::ma_result_MA_ALREADY_IN_USE,
            ffi::ma_result_MA_UNAVAILABLE,
            ffi::ma_result_MA_ERROR,
            7,
        ] {
            assert_eq!(check(code), Err(MiniaudioError::Failed(code)));
        }
        assert_eq!(Err(MiniaudioError::NO_BACKEND), check(ffi::ma_result_MA_NO_BACKEND));
    }
}
