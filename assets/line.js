// One line of text. Gradio runs this as the body of a function with element, props and watch. Data is only ever set
// as text.
const line = element.querySelector(".line");

function draw() {
  line.textContent = props.value?.text || "";
}

watch("value", draw);
draw();
