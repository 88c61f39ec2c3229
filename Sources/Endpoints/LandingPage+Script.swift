extension LandingPage {
    /// Draws the pair's chart from the feed, and renews the tables every five seconds by reading the page again.
    static let script = #"""
        "use strict";
        const section = document.getElementById("chart");
        if (section) {
          const canvas = section.querySelector("canvas");
          const reading = document.getElementById("reading");
          const style = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
          const most = 20000;  // Points kept: beyond that the oldest leave.
          let points = [], state = "connecting", retry = 500, due = false;

          const take = message => ({
            update: () => add(message),
            snapshot: () => { points = []; add(message); },
            error: () => { state = message.message; },
          })[message.type]?.();

          function add(message) {
            state = "live";
            message.timestamps.forEach((time, index) => points.push({
              time, spread: message.spreads[index], upper: message.upperBand[index], lower: message.lowerBand[index],
            }));
            if (points.length > most) points.splice(0, points.length - most);
          }

          function connect() {
            const query = new URLSearchParams(section.dataset);
            const scheme = location.protocol === "https:" ? "wss:" : "ws:";
            const socket = new WebSocket(`${scheme}//${location.host}/ws/realtime_charts?${query}`);
            socket.onmessage = event => { retry = 500; take(JSON.parse(event.data)); draw(); };
            socket.onclose = () => {
              state = `connection lost, trying again in ${retry / 1000} s`;
              setTimeout(connect, retry);
              retry = Math.min(retry * 2, 15000);
              draw();
            };
          }

          function draw() {
            if (due) return;
            due = true;
            requestAnimationFrame(() => { due = false; paint(); });
          }

          function paint() {
            const scale = devicePixelRatio || 1, width = canvas.clientWidth, height = canvas.clientHeight;
            canvas.width = width * scale;
            canvas.height = height * scale;
            const context = canvas.getContext("2d");
            context.scale(scale, scale);
            const shown = points, last = shown[shown.length - 1];
            if (!last) { reading.textContent = state === "live" ? "no points yet" : state; return; }
            let low = Infinity, high = -Infinity;
            for (const { spread, upper, lower } of shown) {
              low = Math.min(low, spread, lower ?? spread);
              high = Math.max(high, spread, upper ?? spread);
            }
            const pad = (high - low || 0.01) * 0.08, left = 58, bottom = 20;
            low -= pad; high += pad;
            const begin = shown[0].time, length = last.time - begin || 1;
            const x = time => left + (time - begin) / length * (width - left - 8);
            const y = value => 6 + (high - value) / (high - low) * (height - bottom - 6);
            context.font = "12px system-ui, sans-serif";
            context.fillStyle = style("--soft");
            context.strokeStyle = style("--line");
            context.textBaseline = "middle";
            context.textAlign = "right";
            for (let step = 0; step <= 4; step++) {
              const value = low + (high - low) * step / 4;
              context.beginPath();
              context.moveTo(left, y(value));
              context.lineTo(width - 8, y(value));
              context.stroke();
              context.fillText((value * 100).toFixed(2), left - 6, y(value));
            }
            context.textBaseline = "bottom";
            for (let step = 0; step <= 3; step++) {
              const time = begin + length * step / 3;
              context.textAlign = step === 0 ? "left" : step === 3 ? "right" : "center";
              context.fillText(new Date(time).toLocaleTimeString(), x(time), height);
            }
            const line = (key, color, weight) => {
              context.beginPath();
              let pen = false;
              for (const point of shown) {
                if (point[key] === null) { pen = false; continue; }
                if (pen) context.lineTo(x(point.time), y(point[key]));
                else context.moveTo(x(point.time), y(point[key]));
                pen = true;
              }
              context.strokeStyle = color;
              context.lineWidth = weight;
              context.stroke();
            };
            line("upper", style("--soft"), 1);
            line("lower", style("--soft"), 1);
            line("spread", style("--live"), 1.5);
            const bps = value => value === null ? "–" : (value * 100).toFixed(2);
            reading.textContent = `spread ${bps(last.spread)} bps, band ${bps(last.lower)} to ${bps(last.upper)} bps`
              + (state === "live" ? "" : ` (${state})`);
          }

          addEventListener("resize", draw);
          connect();
        }

        setInterval(async () => {
          try {
            const answer = await fetch(location.pathname + location.search);
            if (!answer.ok) return;
            const page = new DOMParser().parseFromString(await answer.text(), "text/html");
            for (const id of ["venues", "pairs"]) {
              const [old, renewed] = [document.getElementById(id), page.getElementById(id)];
              if (old && renewed) old.replaceWith(renewed);
            }
          } catch { /* The page stays as it was; the chart tells of a lost connection. */ }
        }, 5000);
        """#
}
