// Lists every visible text with less contrast to its background than WCAG 2.2 §1.4.3 requires, one line each.
(() => {
    const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });

    // Red, green, blue and opacity, each from 0 to 1, of any CSS colour.
    function channels(colour) {
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        return [...canvas.getImageData(0, 0, 1, 1).data].map((value) => value / 255);
    }

    const over = ([r, g, b, a], below) => [r, g, b].map((value, at) => value * a + below[at] * (1 - a));

    // Null if the background is an image.
    function background(element) {
        const layers = [];
        for (let at = element; at; at = at.parentElement) {
            const style = getComputedStyle(at);
            if (style.backgroundImage !== "none") return null;
            layers.push(channels(style.backgroundColor));
        }
        const dark = matchMedia("(prefers-color-scheme: dark)").matches;
        const scheme = getComputedStyle(document.documentElement).colorScheme;
        const canvasColour = channels(dark && scheme.includes("dark") ? "#121212" : "#fff");
        return layers.reverse().reduce((below, layer) => over(layer, below), canvasColour);
    }

    function luminance(colour) {
        const [r, g, b] = colour.map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    }

    function wanted(style) {
        const size = parseFloat(style.fontSize);
        return size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
    }

    const faint = new Set();
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const element = texts.currentNode.parentElement;
        const text = texts.currentNode.data.trim();
        const isSeen = element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
        if (!text || !isSeen || element.closest(":disabled, [aria-disabled=true], [aria-hidden=true], script, style")) continue;
        const style = getComputedStyle(element);
        const behind = background(element);
        if (!behind) continue;
        const [lighter, darker] = [over(channels(style.color), behind), behind].map(luminance).sort((a, b) => b - a);
        const ratio = (lighter + 0.05) / (darker + 0.05);
        if (ratio < wanted(style)) {
            faint.add(`"${text.slice(0, 40)}" has a contrast of ${ratio.toFixed(1)} instead of ${wanted(style)}`);
        }
    }
    return [...faint];
})()
