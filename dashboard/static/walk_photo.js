// A photo made small, and drawn anew: what the phone wrote beside it (where, when, by which phone) is
// not in it any more.

const PHOTO_SIDE = 1280;
const PHOTO_BYTES = 700 * 1024;
const PHOTO_QUALITIES = [0.82, 0.7, 0.55, 0.4];

// Resolves to a data URL of a JPEG; null if it cannot be read or made small enough.
async function small_photo(file) {
  try {
    const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
    const scale = Math.min(1, PHOTO_SIDE / Math.max(bitmap.width, bitmap.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(bitmap.width * scale));
    canvas.height = Math.max(1, Math.round(bitmap.height * scale));
    canvas.getContext("2d").drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    for (const quality of PHOTO_QUALITIES) {
      const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", quality));
      if (blob && blob.size <= PHOTO_BYTES) return await photo_url(blob);
    }
  } catch {
    // no picture that this browser knows
  }
  return null;
}

function photo_url(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}
